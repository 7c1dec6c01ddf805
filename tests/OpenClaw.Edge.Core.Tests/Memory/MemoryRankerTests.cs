using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Memory;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Memory;

public sealed class MemoryRankerTests
{
    private static readonly MemorySearchConfig s_settings = new();

    [Fact]
    public void Meaning_and_words_count_seven_to_three()
    {
        MemoryCandidate[] found = [Found(1, 0.9f, null), Found(2, 0.5f, 1f)];

        IReadOnlyList<MemoryHit> hits = MemoryRanker.Rank(found, s_settings, hasVectors: true, null, 6, 0);

        Assert.Equal([0.65, 0.63], hits.Select(hit => hit.Score));
        Assert.Equal(["f2", "f1"], hits.Select(hit => hit.Path));
    }

    [Fact]
    public void A_dated_note_counts_half_after_its_half_life()
    {
        MemoryCandidate old = Found(1, 0.8f, 1f);
        old.Day = 1000;
        MemoryCandidate evergreen = Found(2, 0.8f, 1f);

        IReadOnlyList<MemoryHit> hits = MemoryRanker.Rank([old, evergreen], s_settings, hasVectors: true, null, 6, 1030);

        Assert.Equal(["f2", "f1"], hits.Select(hit => hit.Path));
        Assert.Equal(0.86, hits[0].Score, 0.001);
        Assert.Equal(0.43, hits[1].Score, 0.001);
    }

    [Theory]
    [InlineData(1000, 1000, 1)]
    [InlineData(1000, 1060, 0.25)]
    [InlineData(1000, 900, 1)] // a note of tomorrow is not worth more
    public void Freshness_halves_in_thirty_days(int day, int today, double expected) =>
        Assert.Equal(expected, MemoryRanker.Freshness(day, s_settings, today), 0.0001);

    [Fact]
    public void Without_decay_age_does_not_count() => Assert.Equal(1, MemoryRanker.Freshness(1, s_settings with { Decay = false }, 100_000));

    [Fact]
    public void What_is_found_by_meaning_alone_needs_the_least_score_and_words_pass()
    {
        MemoryCandidate[] found = [Found(1, 0.3f, null), Found(2, 0.1f, 0.2f), Found(3, 0.7f, null)];

        Assert.Equal(["f3", "f2"], MemoryRanker.Rank(found, s_settings, true, null, 6, 0).Select(hit => hit.Path));
        Assert.Equal(["f3"], MemoryRanker.Rank(found, s_settings, true, 0.35, 6, 0).Select(hit => hit.Path));
    }

    [Fact]
    public void Without_vectors_words_are_the_score()
    {
        IReadOnlyList<MemoryHit> hits = MemoryRanker.Rank([Found(1, null, 0.4f), Found(2, null, 1f)], s_settings, hasVectors: false, null, 6, 0);

        Assert.Equal([1, 0.4], hits.Select(hit => Math.Round(hit.Score, 3)));
    }

    [Fact]
    public void A_named_file_comes_first()
    {
        MemoryCandidate named = Found(1, null, 1f);
        named.IsNamed = true;
        named.Day = 1;

        Assert.Equal("f1", MemoryRanker.Rank([Found(2, 0.99f, 1f), named], s_settings, true, null, 6, 9999)[0].Path);
    }

    [Fact]
    public void Hits_that_say_the_same_make_room()
    {
        MemoryCandidate[] found =
        [
            Found(1, 0.90f, null, "the router has the address 10.0.0.1 and the password is on the fridge"),
            Found(2, 0.89f, null, "the router has the address 10.0.0.1 and the password is on the fridge too"),
            Found(3, 0.80f, null, "a cable runs from the cellar to the roof"),
        ];

        Assert.Equal(["f1", "f3"], MemoryRanker.Rank(found, s_settings, true, null, 2, 0).Select(hit => hit.Path));
        Assert.Equal(["f1", "f2"], MemoryRanker.Rank(found, s_settings with { Mmr = false }, true, null, 2, 0).Select(hit => hit.Path));
    }

    [Fact]
    public void No_more_than_asked_and_ties_by_path()
    {
        MemoryCandidate[] found = [.. Enumerable.Range(1, 300).Reverse().Select(id => Found(id, 0.5f, 0.5f, $"text {id}"))];

        IReadOnlyList<MemoryHit> hits = MemoryRanker.Rank(found, s_settings with { Mmr = false }, true, null, 3, 0);

        Assert.Equal(["f1", "f10", "f100"], hits.Select(hit => hit.Path));
    }

    private static MemoryCandidate Found(long id, float? meaning, float? words, string text = "") =>
        new() { Id = id, ByMeaning = meaning, ByWords = words, Path = $"f{id}", Lines = (1, 1), Text = text.Length > 0 ? text : $"unlike{id}" };
}
