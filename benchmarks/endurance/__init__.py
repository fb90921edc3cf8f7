"""Half an hour of everything at once, and ten thousand files in one batch: what grows, and what gets slower.

`work.py` what people do meanwhile, at a fixed pace; `ticket.py` signs one of them in at the dashboard; `watch.py` what
each part holds, every 15 s; `line.py` lines through that; `paper.py` the tables; `batch.py` the ten thousand.
"""
