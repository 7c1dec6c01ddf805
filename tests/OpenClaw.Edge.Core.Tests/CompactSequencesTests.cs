using Xunit;
using Linq = System.Linq.Enumerable;

namespace OpenClaw.Edge.Core.Tests;

/// <summary>Our sequences give what LINQ's give.</summary>
public sealed class CompactSequencesTests
{
    private static readonly (string Word, int Number)[] s_rows =
        [("pear", 3), ("fig", 1), ("Fig", 3), ("apple", 2), ("fig", 1), ("kiwi", 3), ("", -1), ("pear", 0)];

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(9)]
    public void Parts_are_the_same(int count)
    {
        Assert.Equal(Linq.Take(s_rows, count), CompactSequences.Take(s_rows, count));
        Assert.Equal(Linq.Skip(s_rows, count), CompactSequences.Skip(s_rows, count));
    }

    [Fact]
    public void Joined_sequences_are_the_same()
    {
        Assert.Equal(Linq.Concat(s_rows, s_rows), CompactSequences.Concat(s_rows, s_rows));
        Assert.Equal(Linq.Append(s_rows, ("x", 9)), CompactSequences.Append(s_rows, ("x", 9)));
        Assert.Equal(Linq.Prepend(s_rows, ("x", 9)), CompactSequences.Prepend(s_rows, ("x", 9)));
        Assert.Equal(Linq.Reverse(s_rows), CompactSequences.Reverse(s_rows));
        Assert.Equal(Linq.SelectMany(s_rows, row => row.Word), CompactSequences.SelectMany(s_rows, row => row.Word));
    }

    [Fact]
    public void Each_comes_once_where_it_comes_first()
    {
        string[] words = [.. CompactSequences.Select(s_rows, row => row.Word)];

        Assert.Equal(Linq.Distinct(s_rows), CompactSequences.Distinct(s_rows));
        Assert.Equal(Linq.Distinct(words, StringComparer.OrdinalIgnoreCase), CompactSequences.Distinct(words, StringComparer.OrdinalIgnoreCase));
    }

    [Fact]
    public void Orders_are_the_same_and_equal_ones_keep_theirs()
    {
        Assert.Equal(Linq.OrderBy(s_rows, row => row.Number), CompactSequences.OrderBy(s_rows, row => row.Number));
        Assert.Equal(Linq.OrderByDescending(s_rows, row => row.Number), CompactSequences.OrderByDescending(s_rows, row => row.Number));
        Assert.Equal(Linq.OrderBy(s_rows, row => row.Word, StringComparer.OrdinalIgnoreCase), CompactSequences.OrderBy(s_rows, row => row.Word, StringComparer.OrdinalIgnoreCase));
        Assert.Equal(Linq.Order(s_rows), CompactSequences.Order(s_rows));
        Assert.Equal(Linq.OrderDescending(s_rows), CompactSequences.OrderDescending(s_rows));
    }

    [Fact]
    public void Further_keys_decide_among_equal_ones_only()
    {
        Assert.Equal(
            Linq.ThenByDescending(Linq.ThenBy(Linq.OrderBy(s_rows, row => row.Number), row => row.Word.Length), row => row.Word, StringComparer.Ordinal),
            s_rows.OrderBy(row => row.Number).ThenBy(row => row.Word.Length).ThenByDescending(row => row.Word, StringComparer.Ordinal));
    }

    [Fact]
    public void An_order_is_made_when_it_is_read_and_made_anew_each_time()
    {
        List<int> numbers = [2, 1];
        OrderedSequence<int> ordered = numbers.Order();
        numbers.Add(0);

        Assert.Equal([0, 1, 2], ordered);
        numbers.Add(-1);
        Assert.Equal([-1, 0, 1, 2], ordered);
    }

    [Fact]
    public void Nothing_is_read_beyond_what_is_asked_for()
    {
        int read = 0;
        IEnumerable<int> counted = CompactSequences.Select(Linq.Range(0, 10), number =>
        {
            read++;
            return number;
        });

        Assert.Equal([0, 1], CompactSequences.Take(counted, 2));
        Assert.Equal(2, read);
    }
}
