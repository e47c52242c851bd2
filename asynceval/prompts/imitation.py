"""Imitation: an answer that holds what only a judge or a judge's template should write."""

import re

# Every quantifier has an end or cannot give back, so the search is linear in the text.
_VERDICT = re.compile(
    r"(?:\[\[|\\\[\\\[|【【|［［)\s{0,24}+"
    r"(?:[0-9]{1,24}+(?:\.[0-9]{0,24}+)?(?:\s{0,24}+/\s{0,24}+[0-9]{1,24}+)?|[A-C])"
    r"\s{0,24}+(?:\]\]|\\\]\\\]|】】|］］)"
)
# Tags of our templates (an opening one only with its turn, since models write <answer> on their own),
# and the marks of FastChat's.
_DELIMITER = re.compile(
    r"</(?:question|(?:answer|conversation)(?:_[ab])?|references?)(?:-[0-9a-f]{1,16}+)?\s{0,4}+>"
    r"|<(?:question|answer|reference)(?: turn=|(?:_[ab])?-[0-9a-f]{1,16}+[ >])"
    r"|[\[<]\|?The (?:Start|End) of (?:the )?(?:Reference|Assistant|Conversation|Question|Answer)",
    re.IGNORECASE,
)
_SIGNS = ("[", "【", "［", "<")  # one of them begins whatever the two patterns above match
_RATING_LINE = re.compile(
    r"^[ \t*_#>\"'-]{0,8}+(?:(?:final|overall)[ \t]++)?rating[ \t*_\"'`]{0,4}+[:：=]"
    r"[ \t*_\"'`]{0,4}+[0-9\[\\【［]",
    re.IGNORECASE | re.MULTILINE,
)


def imitates(answer: str) -> bool:
    """Whether an answer holds a verdict, a line `Rating: 8`, or a delimiter of a judge's template.

    A sign to look at it, no proof of intent: code may hold `[[1]]`, and a review may end in a rating.
    """
    if any(sign in answer for sign in _SIGNS) and (
        _VERDICT.search(answer) or _DELIMITER.search(answer)
    ):
        return True
    return "rating" in answer.casefold() and _RATING_LINE.search(answer) is not None
