"""What has to be at the mirrors, and the formats of the tools that bring it there. Asks nobody."""
