using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Benchmarks;

/// <summary>A model that answers at once, or after a fixed time, and notes when it was asked and when it had answered.</summary>
internal sealed class InstantProvider(TimeSpan modelTime) : IModelProvider
{
    /// <summary>Window in tokens; 500 messages of the harness fit.</summary>
    public const int Window = 131_072;

    private static readonly byte[] s_answer = "Water the two rows by the wall today, about ten litres each; the others can wait until Sunday."u8.ToArray();

    private readonly ConcurrentDictionary<string, (long Asked, long Answered)> _times = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public string Id => "instant";

    /// <summary>Messages of the last request.</summary>
    public int LastMessages { get; private set; }

    /// <summary>Takes the two timestamps of a session's last call.</summary>
    public (long Asked, long Answered) Take(string queueKey) => _times.TryRemove(queueKey, out (long, long) times) ? times : default;

    /// <inheritdoc />
    public async IAsyncEnumerable<ChatDelta> StreamAsync(
        ModelRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long asked = TimeProvider.System.GetTimestamp();
        LastMessages = request.Messages.Count;
        if (modelTime > TimeSpan.Zero)
        {
            await Task.Delay(modelTime, TimeProvider.System, cancellationToken);
        }

        yield return ChatDelta.OfText(s_answer);
        _times[request.QueueKey] = (asked, TimeProvider.System.GetTimestamp());
        yield return ChatDelta.Of(new ModelFinish(
            "stop", new MessageUsage { Input = 20_000, Output = 24, TotalTokens = 20_024 }, Id, "one", "instant"));
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<ModelInfo>> ListModelsAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<ModelInfo>>(
        [new ModelInfo { Id = "one", Name = "One", Provider = Id, ContextWindow = Window }]);
}
