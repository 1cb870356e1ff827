"""Write-back: messages to other systems, and the adapters that deliver them."""
