"""Reports: is a unit's plan of study kept, what is read and asked there, what nobody touches."""
