"""The words of the field as frozen values. No I/O, no clock, nothing imported from elsewhere."""
