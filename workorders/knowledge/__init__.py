"""知识库: articles that agents search while they speak; a unit owns each and looks at it again by a day.

`rules` is pure; `finding` searches, `keeping` writes articles, `wishes` what is missing, wrong or cited. Who may ask is
decided in api.
"""
