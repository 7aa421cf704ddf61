"""Demo data: people, trucks and loads are made up, and then played: every offer, answer, award and message goes through
the services, at the time it is said to have happened, so that what they leave behind is as true as real data.
"""
