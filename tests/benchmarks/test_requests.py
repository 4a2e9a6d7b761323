import json

import model
from benchmarks.requests import (
    KNOWN,
    NAMES,
    RANDOM_OBSERVATIONS,
    batch_request,
    prediction_requests,
    random_observations,
)


def test_random_observations_are_reproducible_and_within_the_training_ranges() -> None:
    found = list(random_observations(500))
    assert found == list(random_observations(500))
    assert len(set(found)) == 500
    features = model.load().features
    for values in found:
        assert all(feature.in_range(value) for feature, value in zip(features, values, strict=True))


def test_prediction_requests_know_the_labels() -> None:
    requests = prediction_requests("/predict")
    assert len(requests) == len(KNOWN) + RANDOM_OBSERVATIONS
    sent = {tuple(json.loads(each.body).values()): each for each in requests}
    for values, label in KNOWN.items():
        assert sent[values].is_correct({"prediction": label})
        assert not sent[values].is_correct({"prediction": 1 - label})


def test_a_batch_request_knows_the_labels_in_order() -> None:
    request = batch_request(50)
    sent = [tuple(row[name] for name in NAMES) for row in json.loads(request.body)]
    labels = list(map(model.load().label, sent))
    assert set(labels) == {0, 1}
    assert request.is_correct([{"prediction": label} for label in labels])
    assert not request.is_correct([{"prediction": 1 - label} for label in labels])
    assert not request.is_correct([{"prediction": label} for label in labels[1:]])
