"""How good it is: question sets, deterministic metrics, reports and paired comparisons."""
