#!/bin/sh
# FastChat's three programs for one endpoint:  sh fastchat.sh PORT MODEL_PATH
# The API server listens on PORT once the worker has its model. When one of the three ends, all end,
# so asynceval sees it and starts them again; it also stops them, as they are of one process group.
set -u
port=$1 model=$2
python=${PYTHON:-python3}

free() {
    "$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# Waits until a POST to the controller answers with a text that holds the second word.
until_told() {
    "$python" - "$1" "$2" <<'END'
import sys, time, urllib.request
while True:
    try:
        request = urllib.request.Request(sys.argv[1], data=b"", method="POST")
        if sys.argv[2] in urllib.request.urlopen(request, timeout=5).read().decode():
            break
    except OSError:
        pass
    time.sleep(0.2)
END
}

all_alive() {
    for pid in "$@"; do kill -0 "$pid" 2>/dev/null || return 1; done
}

# Waits for the controller to tell of a word, as long as the programs that are named after it live.
await() {
    until_told "$controller/list_models" "$1" &
    waiting=$!
    shift
    while kill -0 "$waiting" 2>/dev/null; do
        all_alive "$@" || { echo "the controller or the worker has ended"; exit 1; }
        sleep 0.2
    done
}

controller_port=$(free)
worker_port=$(free)
controller=http://127.0.0.1:$controller_port
"$python" -m fastchat.serve.controller --host 127.0.0.1 --port "$controller_port" &
first=$!
await models "$first"
"$python" -m fastchat.serve.model_worker --model-path "$model" --host 127.0.0.1 --port "$worker_port" \
    --worker-address "http://127.0.0.1:$worker_port" --controller-address "$controller" &
second=$!
await "$(basename "$model")" "$first" "$second"
"$python" -m fastchat.serve.openai_api_server --host 127.0.0.1 --port "$port" \
    --controller-address "$controller" &
third=$!
while all_alive "$first" "$second" "$third"; do sleep 0.5; done
echo "the controller, the worker or the API server has ended"
exit 1
