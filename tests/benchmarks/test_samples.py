import json

import model
from benchmarks.samples import NAMES, batch, observations


def test_observations_are_within_the_ranges_and_the_same_each_time() -> None:
    found = list(observations(500))
    assert found == list(observations(500))
    assert len(set(found)) == 500
    features = model.load().features
    assert all(
        feature.in_range(value)
        for values in found
        for feature, value in zip(features, values, strict=True)
    )


def test_a_batch_knows_its_right_answer() -> None:
    question = batch(50)
    sent = [tuple(row[name] for name in NAMES) for row in json.loads(question.body)]
    assert sent == list(observations(50))
    labels = [model.load().label(values) for values in sent]
    assert set(labels) == {0, 1}
    assert question.right([{"prediction": label} for label in labels])
    assert not question.right([{"prediction": 1 - label} for label in labels])
    assert not question.right([{"prediction": label} for label in labels[1:]])
