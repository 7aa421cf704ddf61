#!/usr/bin/env python
"""Django's command line."""

import os
import sys

if __name__ == "__main__":
    from kernel.secrets import OURS_ALONE

    os.umask(OURS_ALONE)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "offers_project.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
