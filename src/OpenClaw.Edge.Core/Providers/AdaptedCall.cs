using System.Runtime.CompilerServices;

namespace OpenClaw.Edge.Providers;

/// <summary>Streams an answer in a shape of request, and in another shape when the server refuses the first and nothing was
/// shown yet: servers differ in what they take.</summary>
internal static class AdaptedCall
{
    private const int MaxTries = 4;

    /// <summary>Streams.</summary>
    /// <param name="shape">The first shape.</param>
    /// <param name="run">Calls in a shape.</param>
    /// <param name="adapt">Another shape after a failure; null when there is none, which throws the failure.</param>
    /// <param name="cancellationToken">Closes the upstream connection.</param>
    public static async IAsyncEnumerable<ChatDelta> StreamAsync<TShape>(
        TShape shape,
        Func<TShape, IAsyncEnumerable<ChatDelta>> run,
        Func<TShape, ProviderException, TShape?> adapt,
        [EnumeratorCancellation] CancellationToken cancellationToken)
        where TShape : class
    {
        for (int attempt = 1; ; attempt++)
        {
            await using IAsyncEnumerator<ChatDelta> deltas = run(shape).GetAsyncEnumerator(cancellationToken);
            bool shown = false;
            while (true)
            {
                TShape? next = null;
                try
                {
                    if (!await deltas.MoveNextAsync())
                    {
                        yield break;
                    }
                }
                catch (ProviderException e) when (!shown && attempt < MaxTries && (next = adapt(shape, e)) is not null)
                {
                    // next holds the other shape
                }

                if (next is not null)
                {
                    shape = next;
                    break;
                }

                shown |= deltas.Current.Kind != ChatDeltaKind.Progress;
                yield return deltas.Current;
            }
        }
    }
}
