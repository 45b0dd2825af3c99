"""The model in service: changed while requests run, and a challenger that judges the same bytes in its shadow."""
