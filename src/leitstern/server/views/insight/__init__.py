"""Pages of the analyses: what was found, the sentence that explains it, and the call that finds it again."""
