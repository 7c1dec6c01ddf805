using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Automation;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Gateway;
using OpenClaw.Edge.Gateway.Methods;
using OpenClaw.Edge.Storage;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>A job that is removed between a question and its answer.</summary>
public sealed class Jobs_that_go_meanwhile : IAsyncLifetime
{
    private readonly ManualTimeProvider time = new();
    private readonly TempDir root = new();
    private EdgeDatabase database = null!;
    private CronScheduler cron = null!;

    public async ValueTask InitializeAsync()
    {
        database = EdgeDatabase.Open(root.PathOf("edge.sqlite"), time, NullLogger.Instance);
        CronConfig config = new();
        cron = new CronScheduler(new CronStore(database, time), (_, _) => Task.FromResult(new CronOutcome { Status = "ok" }), () => config, time, NullLogger.Instance);
        await cron.StartAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await cron.DisposeAsync();
        await database.DisposeAsync();
        root.Dispose();
    }

    [Fact]
    public async Task The_answer_has_it_and_the_next_one_says_that_it_is_gone()
    {
        using JsonDocument job = JsonDocument.Parse("""{"name":"t","schedule":{"kind":"every","everyMs":60000},"payload":{"kind":"agentTurn","message":"go"}}""");
        string id = (await cron.AddAsync(job.RootElement, CancellationToken.None)).Id;

        MethodReply found = await GetAsync(id);
        await cron.RemoveAsync(id, CancellationToken.None);
        MethodReply gone = await GetAsync(id);

        using MemoryStream written = new();
        using (Utf8JsonWriter json = new(written))
        {
            found.Payload!(json);
        }

        using JsonDocument answer = JsonDocument.Parse(written.ToArray());
        Assert.Equal(id, answer.RootElement.GetProperty("id").GetString());
        Assert.Contains(id, gone.Error!.Message, StringComparison.Ordinal);
    }

    private async Task<MethodReply> GetAsync(string id)
    {
        using JsonDocument parameters = JsonDocument.Parse($$"""{"id":"{{id}}"}""");
        MethodEntry get = new CronMethods(null!, cron).Entries().First(entry => entry.Name == "cron.get");
        return await get.Run(new MethodCall(null!, "1", get.Name, parameters.RootElement.Clone()), CancellationToken.None);
    }
}
