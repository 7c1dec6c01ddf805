using System.Collections;

namespace OpenClaw.Edge;

/// <summary>A sequence in the order of one key after another, sorted when it is read, each time anew; equal elements stay as they came.
/// In the place of LINQ's, for the reason that <see cref="CompactSequences"/> gives.</summary>
public sealed class OrderedSequence<TSource> : IEnumerable<TSource>
{
    private readonly OrderedSequence<TSource>? _before;
    private readonly Func<TSource[], Comparison<int>> _order;

    internal OrderedSequence(IEnumerable<TSource> source, OrderedSequence<TSource>? before, Func<TSource[], Comparison<int>> order)
    {
        Source = source;
        _before = before;
        _order = order;
    }

    internal IEnumerable<TSource> Source { get; }

    /// <inheritdoc />
    public IEnumerator<TSource> GetEnumerator()
    {
        TSource[] items = new List<TSource>(Source).ToArray(); // a collection expression would take LINQ's way, and its iterators with it
        int[] places = new int[items.Length];
        for (int index = 0; index < places.Length; index++)
        {
            places[index] = index;
        }

        Comparison<int> order = OrderOf(items);
        Array.Sort(places, (left, right) => order(left, right) is not 0 and var decided ? decided : left - right);
        foreach (int place in places)
        {
            yield return items[place];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private Comparison<int> OrderOf(TSource[] items)
    {
        Comparison<int> own = _order(items);
        if (_before is null)
        {
            return own;
        }

        Comparison<int> first = _before.OrderOf(items);
        return (left, right) => first(left, right) is not 0 and var decided ? decided : own(left, right);
    }
}
