namespace OpenClaw.Edge;

/// <summary>
/// LINQ's methods that make iterators, as plain lazy ones, in the place of LINQ's own for all code under <c>OpenClaw.Edge</c>: the compiler
/// finds these first because they stand in an enclosing namespace.
/// </summary>
/// <remarks>
/// LINQ's iterators offer <c>Select&lt;TResult&gt;</c> as a generic virtual method; compiled ahead of time that is code for every pair of
/// value types that any two queries use, 3 MB of the binary. .NET 10 has a switch for it (<c>UseSizeOptimizedLinq</c>), the .NET 9 pack of
/// the native build has not. Results and laziness are LINQ's; arguments are not checked before the first element is asked for.
/// </remarks>
public static class CompactSequences
{
    /// <summary>Each element through <paramref name="selector"/>, lazily and in order.</summary>
    public static IEnumerable<TResult> Select<TSource, TResult>(this IEnumerable<TSource> source, Func<TSource, TResult> selector)
    {
        foreach (TSource item in source)
        {
            yield return selector(item);
        }
    }

    /// <summary>Each element with its index from 0 through <paramref name="selector"/>, lazily and in order.</summary>
    public static IEnumerable<TResult> Select<TSource, TResult>(this IEnumerable<TSource> source, Func<TSource, int, TResult> selector)
    {
        int index = 0;
        foreach (TSource item in source)
        {
            yield return selector(item, index++);
        }
    }

    /// <summary>The elements that <paramref name="predicate"/> lets through, lazily and in order.</summary>
    public static IEnumerable<TSource> Where<TSource>(this IEnumerable<TSource> source, Func<TSource, bool> predicate)
    {
        foreach (TSource item in source)
        {
            if (predicate(item))
            {
                yield return item;
            }
        }
    }

    /// <summary>The elements that <paramref name="predicate"/> lets through with their index from 0, lazily and in order.</summary>
    public static IEnumerable<TSource> Where<TSource>(this IEnumerable<TSource> source, Func<TSource, int, bool> predicate)
    {
        int index = 0;
        foreach (TSource item in source)
        {
            if (predicate(item, index++))
            {
                yield return item;
            }
        }
    }

    /// <summary>At most <paramref name="count"/> elements from the beginning.</summary>
    public static IEnumerable<TSource> Take<TSource>(this IEnumerable<TSource> source, int count)
    {
        if (count <= 0)
        {
            yield break;
        }

        foreach (TSource item in source)
        {
            yield return item;
            if (--count == 0)
            {
                yield break;
            }
        }
    }

    /// <summary>All elements but the first <paramref name="count"/>.</summary>
    public static IEnumerable<TSource> Skip<TSource>(this IEnumerable<TSource> source, int count)
    {
        foreach (TSource item in source)
        {
            if (count > 0)
            {
                count--;
                continue;
            }

            yield return item;
        }
    }

    /// <summary>Both sequences, one after the other.</summary>
    public static IEnumerable<TSource> Concat<TSource>(this IEnumerable<TSource> first, IEnumerable<TSource> second)
    {
        foreach (TSource item in first)
        {
            yield return item;
        }

        foreach (TSource item in second)
        {
            yield return item;
        }
    }

    /// <summary>The sequence and one element behind it.</summary>
    public static IEnumerable<TSource> Append<TSource>(this IEnumerable<TSource> source, TSource element)
    {
        foreach (TSource item in source)
        {
            yield return item;
        }

        yield return element;
    }

    /// <summary>One element and the sequence behind it.</summary>
    public static IEnumerable<TSource> Prepend<TSource>(this IEnumerable<TSource> source, TSource element)
    {
        yield return element;
        foreach (TSource item in source)
        {
            yield return item;
        }
    }

    /// <summary>Each element once, where it comes first.</summary>
    public static IEnumerable<TSource> Distinct<TSource>(this IEnumerable<TSource> source, IEqualityComparer<TSource>? comparer = null)
    {
        HashSet<TSource> seen = new(comparer);
        foreach (TSource item in source)
        {
            if (seen.Add(item))
            {
                yield return item;
            }
        }
    }

    /// <summary>The elements of what <paramref name="selector"/> makes of each element.</summary>
    public static IEnumerable<TResult> SelectMany<TSource, TResult>(this IEnumerable<TSource> source, Func<TSource, IEnumerable<TResult>> selector)
    {
        foreach (TSource item in source)
        {
            foreach (TResult part in selector(item))
            {
                yield return part;
            }
        }
    }

    /// <summary>The elements from the last to the first.</summary>
    public static IEnumerable<TSource> Reverse<TSource>(this IEnumerable<TSource> source)
    {
        List<TSource> items = new(source);
        for (int index = items.Count - 1; index >= 0; index--)
        {
            yield return items[index];
        }
    }

    /// <summary>In the order of a key, lowest first; equal ones stay as they are.</summary>
    public static OrderedSequence<TSource> OrderBy<TSource, TKey>(this IEnumerable<TSource> source, Func<TSource, TKey> key, IComparer<TKey>? comparer = null) =>
        new(source, null, Keyed(key, comparer, 1));

    /// <summary>In the order of a key, highest first; equal ones stay as they are.</summary>
    public static OrderedSequence<TSource> OrderByDescending<TSource, TKey>(this IEnumerable<TSource> source, Func<TSource, TKey> key, IComparer<TKey>? comparer = null) =>
        new(source, null, Keyed(key, comparer, -1));

    /// <summary>In the order of the elements themselves, lowest first.</summary>
    public static OrderedSequence<TSource> Order<TSource>(this IEnumerable<TSource> source, IComparer<TSource>? comparer = null) =>
        new(source, null, Keyed<TSource, TSource>(static item => item, comparer, 1));

    /// <summary>In the order of the elements themselves, highest first.</summary>
    public static OrderedSequence<TSource> OrderDescending<TSource>(this IEnumerable<TSource> source, IComparer<TSource>? comparer = null) =>
        new(source, null, Keyed<TSource, TSource>(static item => item, comparer, -1));

    /// <summary>What is equal so far, in the order of a further key, lowest first.</summary>
    public static OrderedSequence<TSource> ThenBy<TSource, TKey>(this OrderedSequence<TSource> source, Func<TSource, TKey> key, IComparer<TKey>? comparer = null) =>
        new(source.Source, source, Keyed(key, comparer, 1));

    /// <summary>What is equal so far, in the order of a further key, highest first.</summary>
    public static OrderedSequence<TSource> ThenByDescending<TSource, TKey>(this OrderedSequence<TSource> source, Func<TSource, TKey> key, IComparer<TKey>? comparer = null) =>
        new(source.Source, source, Keyed(key, comparer, -1));

    // Keys are read once for each element, as LINQ does.
    private static Func<TSource[], Comparison<int>> Keyed<TSource, TKey>(Func<TSource, TKey> key, IComparer<TKey>? comparer, int sign)
    {
        IComparer<TKey> order = comparer ?? Comparer<TKey>.Default;
        return items =>
        {
            TKey[] keys = new TKey[items.Length];
            for (int index = 0; index < keys.Length; index++)
            {
                keys[index] = key(items[index]);
            }

            return (left, right) => sign * Math.Sign(order.Compare(keys[left], keys[right]));
        };
    }
}
