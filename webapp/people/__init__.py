"""Who belongs here: the list of members, ways in, tables of people in and out."""
