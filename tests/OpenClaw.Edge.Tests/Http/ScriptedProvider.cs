using System.Runtime.CompilerServices;
using System.Text;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Tests.Http;

/// <summary>Says what the test writes, in our own words and without a wire.</summary>
internal sealed class ScriptedProvider : IModelProvider
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Id => "script";

    /// <summary>The pieces of every answer.</summary>
    public IReadOnlyList<string> Pieces { get; set; } = ["Hello", " there"];

    public IReadOnlyList<ToolCall> Calls { get; set; } = [];

    public string StopReason { get; set; } = "stop";

    /// <summary>What goes wrong before the first piece.</summary>
    public ProviderException? Failure { get; set; }

    /// <summary>What goes wrong after the last.</summary>
    public ProviderException? LateFailure { get; set; }

    /// <summary>Held back before the first piece, and before the last.</summary>
    public Task HoldFirst { get; set; } = Task.CompletedTask;

    public Task HoldLast { get; set; } = Task.CompletedTask;

    public ModelRequest? LastRequest { get; private set; }

    public Task Asked => _asked.Task;

    public Task Cancelled => _cancelled.Task;

    public async IAsyncEnumerable<ChatDelta> StreamAsync(
        ModelRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        LastRequest = request;
        // Not disposed: callbacks run last in, first out, and the waits below would end this method before it is called.
        cancellationToken.Register(() => _cancelled.TrySetResult());
        _asked.TrySetResult();
        await HoldFirst.WaitAsync(cancellationToken);
        if (Failure is not null)
        {
            throw Failure;
        }

        for (int index = 0; index < Pieces.Count; index++)
        {
            if (index == Pieces.Count - 1)
            {
                await HoldLast.WaitAsync(cancellationToken);
            }

            yield return ChatDelta.OfText(Encoding.UTF8.GetBytes(Pieces[index]));
        }

        if (LateFailure is not null)
        {
            throw LateFailure;
        }

        foreach (ToolCall call in Calls)
        {
            yield return ChatDelta.Of(call);
        }

        MessageUsage usage = new() { Input = 90, CacheRead = 10, Output = 12, TotalTokens = 112 };
        yield return ChatDelta.Of(new ModelFinish(
            Calls.Count > 0 ? "toolUse" : StopReason, usage, "script", "model", "openai-completions"));
    }

    public Task<IReadOnlyList<ModelInfo>> ListModelsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ModelInfo>>([new ModelInfo { Id = "model", Name = "model", Provider = "script" }]);
}
