"""In which language a refusal is said: chosen by whoever asks, put into words at the door.

A sentence is written once, where it is raised, in Chinese or (in the controller) in English. Its catalogue here has it
in the other language, under the sentence itself with its values as named places. Nothing below `api/` knows of this.
"""
