using System.Diagnostics;
using OpenClaw.Edge.TestKit.Models;

namespace OpenClaw.Edge.Load.Phases;

/// <summary>One turn at a time: what the gateway adds before the model is called and after it ended, and what it sends. The model runs in this process, so that its clock is ours.</summary>
internal static class TurnPhases
{
    /// <summary>Bytes sent for "hello", and how much of them stays the same in the next turn.</summary>
    public static async Task PromptAsync(LoadOptions options, Report report)
    {
        await using ScriptedModelServer model = ScriptedModelServer.Start();
        await using GatewayUnderTest gateway = new(options.Binary, model.BaseUri);
        await gateway.StartAsync();
        using RawSocketClient client = new(gateway.BaseUri, gateway.Token);
        await client.ConnectAsync();
        await client.ChatAsync("agent:main:prompt", "hello");
        await client.ChatAsync("agent:main:prompt", "hello again");
        byte[] first = model.ChatRequests[0].Body.ToArray();
        byte[] second = model.ChatRequests[1].Body.ToArray();
        report.Add(new Figure("body sent for \"hello\"", first.Length / 1024.0, "KB", 8));
        report.Add(new Figure("identical prefix of the next turn's body", 100.0 * first.AsSpan().CommonPrefixLength(second) / first.Length, "% of the first", 90, AtLeast: true));
    }

    /// <summary>Added time of an agent turn over WebSocket and over HTTP.</summary>
    public static async Task TurnAsync(LoadOptions options, Report report)
    {
        await using ScriptedModelServer model = ScriptedModelServer.Start();
        await using GatewayUnderTest gateway = new(options.Binary, model.BaseUri);
        await gateway.StartAsync();
        using RawSocketClient client = new(gateway.BaseUri, gateway.Token);
        await client.ConnectAsync();
        Samples before = new();
        Samples after = new();
        int turns = options.Quick ? 30 : options.History > 0 ? 200 : 500;
        int unmeasured = Math.Max(10, options.History / 2);
        string with = options.History > 0 ? $", {options.History} prior messages" : "";
        for (int i = -unmeasured; i < turns; i++)
        {
            // a session for every ten turns, so that the prompt stays a usual one; with a history, one session for all
            await client.ChatAsync(options.History > 0 ? "agent:main:long" : $"agent:main:turn-{i / 10}", options.History > 0 ? "[tokens:4]" : "[tokens:16]");
            ScriptedRequest request = model.ChatRequests[^1];
            if (i >= 0)
            {
                before.Add(Milliseconds(client.SentAt, request.ReceivedAt));
                after.Add(Milliseconds(request.EndedAt, client.FinalAt));
            }
        }

        report.Add(new Figure($"agent turn, added before the model, p50{with}", before.Median, "ms", 5, Note: $"chat.send to request at the model, {turns} turns"));
        report.Add(new Figure($"agent turn, added before the model, p99{with}", before.P99, "ms", 15));
        report.Add(new Figure($"agent turn, added after the model, p50{with}", after.Median, "ms", 5, Note: "model's last byte to the final event, stored on disk before it"));
        report.Add(new Figure($"agent turn, added after the model, p99{with}", after.P99, "ms", 15));
    }

    /// <summary>Added first-token time of the pass-through.</summary>
    public static async Task PassThroughAsync(LoadOptions options, Report report)
    {
        using ModelProcess model = await ModelProcess.StartAsync();
        await using GatewayUnderTest gateway = new(options.Binary, model.BaseUri);
        await gateway.StartAsync();
        using RawHttp direct = new(model.BaseUri);
        using RawHttp through = new(gateway.BaseUri);
        await direct.ConnectAsync();
        await through.ConnectAsync();
        const string body = """{"model":"MODEL","stream":true,"messages":[{"role":"user","content":"[tokens:4]"}]}""";
        byte[] toModel = RawHttp.Post("/v1/chat/completions", body.Replace("MODEL", "scripted:8b", StringComparison.Ordinal));
        byte[] toGateway = RawHttp.Post("/v1/chat/completions", body.Replace("MODEL", "labopen/scripted:8b", StringComparison.Ordinal), gateway.Token);
        Samples alone = new();
        Samples passed = new();
        int turns = options.Quick ? 200 : 3000;
        for (int i = -50; i < turns; i++)
        {
            // in turns, so that a busy moment of the machine hits both
            double first = await FirstByteAsync(direct, toModel);
            double second = await FirstByteAsync(through, toGateway);
            if (i >= 0)
            {
                alone.Add(first);
                passed.Add(second);
            }
        }

        report.Add(new Figure("direct, first token, p50", alone.Median, "ms"));
        report.Add(new Figure("pass-through, added first-token time, p50", passed.Median - alone.Median, "ms", 0.3, Note: $"{turns} requests, direct and through in turns"));
        report.Add(new Figure("pass-through, added first-token time, p99", passed.P99 - alone.P99, "ms", 1));
    }

    private static async Task<double> FirstByteAsync(RawHttp http, byte[] request)
    {
        long began = Stopwatch.GetTimestamp();
        await http.SendAsync(request);
        return http.Status == 200 ? Milliseconds(began, http.FirstByteAt) : throw new IOException($"Status {http.Status}.");
    }

    private static double Milliseconds(long from, long to) => Stopwatch.GetElapsedTime(from, to).TotalMilliseconds;
}
