"""Keep or discard: rules over measured ratios, and the gates that look for gains that are not real."""
