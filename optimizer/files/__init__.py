"""What is written and read: solutions, fronts, designs and tables; whole or not at all."""
