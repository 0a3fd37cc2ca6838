"""Documents that come by mail: messages are kept as they came, and then taken apart."""
