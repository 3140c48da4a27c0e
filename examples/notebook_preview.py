# %% [markdown]
# # Look at a photo before its copy is made
# A photo goes through two steps. `analyse` finds the faces and decides about each; `render` makes the copy.
# A person can look, and hide more, in between.
#
# VS Code, PyCharm and Spyder show this file as a notebook; `jupytext --to ipynb` makes one of it.
# Start it in the checkout, where `sample_media` is.

# %%
import scrubber

photo = "sample_media/solvay_conference_1927.jpg"
policy = scrubber.Policy(preset="fast")  # leave it out for more faces and more time
consent = scrubber.Consent.load("sample_media/consent.toml")

# %% [markdown]
# ## What is there, and what would be decided
# An analysis holds no pixels, but it tells who is where. Keep it as private as the photo.

# %%
analysis = scrubber.analyse(photo, policy=policy, consent=consent, purpose="social")
shown = [decision for decision in analysis.decisions if decision.action == "show"]
print(f"{len(analysis.decisions)} faces, of which {len(shown)} may be seen")
for decision in shown:
    print(f"number {decision.region.id}: {decision.person}, because of {decision.reason}")

# %% [markdown]
# ## See it
# Blue boxes will be hidden, orange dashed ones will be seen. The preview shows everybody: it is not for publishing.

# %%
scrubber.preview(photo, analysis)  # a PIL.Image; the last value of a cell is shown below it

# %% [markdown]
# ## Change one decision
# Hiding more is always possible. Who may be shown is for the consent manifest to say; `scrubber consent point` writes
# it down there.

# %%
changed = analysis.hiding(shown[0].region.id)
scrubber.preview(photo, changed)

# %% [markdown]
# ## Make the copy
# Nothing is searched for anew. The copy is read back and checked before it gets its name.

# %%
result = scrubber.render(photo, "safe.jpg", changed, policy=policy, consent=consent, purpose="social")
print(result.status, result.output)
