"""A whole deployment on one machine, over a pretend Authlete: ``manage.py demo``.

All that it keeps lies in one directory. No setting of the caller's reaches it, so it
cannot touch a real database or a real region.
"""
