"""From a snapshot of corrections to a bundle in service: fine-tune, compare, promote through gates, roll back."""
