"""Signing in, and whether a sign-in is still valid, for every kind of actor.

`validity`        the one check behind everything below: is the sign-in still valid, and who is the person now
`sessions`        sign-in sessions (`auth_sessions`) and their refresh tokens: begun, refreshed, renewed, ended;
                  called as `accounts.services.…` like every other write
`tokens`          access tokens: written, read; those of the older system too
`browser`         the sign-in of a browser: its session cookie
`refresh_cookie`  the cookie that keeps the refresh token of a page
`tickets`         what a page opens the live connection with, good once

Looking at a password stands in `accounts.services.checking` and `guesses`, codes and links of drivers in `drivers`.
"""
