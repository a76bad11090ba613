"""What `leitstern.insight` finds in a workspace: one public function for each question."""
