"""The funnel: how many get from step to step, how long they wait, where they leave, where it costs most."""
