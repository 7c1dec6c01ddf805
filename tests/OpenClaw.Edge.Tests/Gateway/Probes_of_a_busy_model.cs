using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Gateway.Methods;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.Tests.Http;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary><c>models.probe</c> of a model that has other work, and of one that has none and is silent.</summary>
public sealed class Probes_of_a_busy_model
{
    [Theory]
    [InlineData(true, "The model was busy with other turns, or silent, until the time was up.")]
    [InlineData(false, "The connection timed out.")]
    public async Task What_is_not_reached_in_time_is_told_apart(bool busy, string expected)
    {
        ManualTimeProvider time = new();
        ScriptedProvider provider = new() { HoldFirst = new TaskCompletionSource().Task };
        ModelProviderEntry entry = new() { Id = "script", Api = "openai-completions", BaseUri = new Uri("http://script/"), Provider = provider, MaxConcurrent = 1 };
        await using ModelRouter router = new(ProviderCatalog.Of([entry], "script/model", time), time, NullLoggerFactory.Instance);
        using CancellationTokenSource turn = new();
        ModelRequest other = new() { Model = "", Messages = [], QueueKey = "turn" };
        await using IAsyncEnumerator<ChatDelta> work = router.StreamAsync(ModelChoice.Only("script/model"), other, turn.Token).GetAsyncEnumerator(turn.Token);
        Task<bool> first = busy ? work.MoveNextAsync().AsTask() : Task.FromResult(false);
        Task<(string Status, bool Waited)> probe = ModelProbe.AskAsync(router, time, "script/model", TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        await time.WaitForTimersAsync();
        time.Advance(TimeSpan.FromSeconds(20));

        (string status, bool waited) = await Guard.Within(probe);
        Assert.Equal(("timeout", expected), (status, ModelProbe.Words(status, waited)));
        await turn.CancelAsync();
        await Task.WhenAny(first);
    }
}
