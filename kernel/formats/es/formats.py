"""Spanish as the United States write it: 1,240.50 and 2:30 PM, beside the same dollars and clocks in English."""

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
TIME_FORMAT = "g:i A"
DATETIME_FORMAT = r"j \d\e F \d\e Y \a \l\a\s g:i A"
SHORT_DATETIME_FORMAT = "d/m/Y g:i A"
FIRST_DAY_OF_WEEK = 0
