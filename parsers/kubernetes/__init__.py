"""What hwaccept-kubernetes prints: everything that it asked an API server, and what came back."""
