"""The load profile: people who ask for a grant, send a photograph and search, more and fewer of them over time.

`plan.py` what is asked of whom, `shapes.py` how many people when, `users.py` what one does (run by Locust), `checks.py`
what an answer must hold, `watch.py` what the machine does meanwhile, `ended.py` what became of every file,
`summary.py` figures, `chart.py` their picture, `autoscaling.py` the same load on AWS as a simulation, `paper.py` the
sections of docs/load.md.
"""
