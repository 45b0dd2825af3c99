"""A batch on paper and on the wire: what is in it, in the forms that buyers, brokers and customs read. Pure."""
