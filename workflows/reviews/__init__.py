"""What people write in a review: drafts, submissions, and who may see them."""
