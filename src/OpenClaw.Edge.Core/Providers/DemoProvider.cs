using System.Runtime.CompilerServices;
using System.Text;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Providers;

/// <summary>The built-in <c>demo/assistant</c>: a script, not a model, and it says so. It streams word by word and calls
/// <c>ls</c> and <c>read</c> when asked to, so that the whole path can be seen before a real model is there.</summary>
public sealed class DemoProvider(TimeProvider clock) : IModelProvider
{
    /// <summary>Provider id.</summary>
    public const string ProviderId = "demo";

    /// <summary>Model id.</summary>
    public const string ModelId = "assistant";

    /// <summary><c>demo/assistant</c>.</summary>
    public const string ModelRef = ProviderId + "/" + ModelId;

    private const int ContextWindow = 8_192;
    private static readonly TimeSpan WordDelay = TimeSpan.FromMilliseconds(15); // reads like a small model at 65 words/s

    /// <inheritdoc />
    public string Id => ProviderId;

    /// <inheritdoc />
    public Task<IReadOnlyList<ModelInfo>> ListModelsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ModelInfo>>([Info]);

    /// <summary>What is known of the demo model.</summary>
    public static ModelInfo Info { get; } = new()
    {
        Id = ModelId,
        Name = "Demo (scripted, not a real model)",
        Provider = ProviderId,
        ContextWindow = ContextWindow,
        MaxTokens = 1_024,
        Local = true,
        Loaded = true,
    };

    /// <inheritdoc />
    public async IAsyncEnumerable<ChatDelta> StreamAsync(
        ModelRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        DemoAnswer answer = DemoScript.Answer(request);
        int words = 0;
        foreach (string word in Words(answer.Text))
        {
            await Task.Delay(WordDelay, clock, cancellationToken);
            words++;
            yield return ChatDelta.OfText(Encoding.UTF8.GetBytes(word));
        }

        if (answer.Call is not null)
        {
            yield return ChatDelta.Of(answer.Call);
        }

        long read = TokenEstimate.Of(request);
        MessageUsage usage = new() { Input = read, Output = words, TotalTokens = read + words };
        string reason = answer.Call is null ? "stop" : "toolUse";
        yield return ChatDelta.Of(new ModelFinish(reason, usage, ProviderId, ModelId, "demo"));
    }

    /// <summary>Cuts a text after each space, so that the pieces put together are the text.</summary>
    private static IEnumerable<string> Words(string text)
    {
        for (int start = 0; start < text.Length;)
        {
            int space = text.IndexOf(' ', start);
            int end = space < 0 ? text.Length : space + 1;
            yield return text[start..end];
            start = end;
        }
    }
}
