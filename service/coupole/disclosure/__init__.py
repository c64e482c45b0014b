"""Statistical disclosure control: pure functions over tables, used before any figure leaves."""
