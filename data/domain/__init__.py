"""The domain: pure values and rules, knowing neither database nor page."""
