using System.Diagnostics;
using OpenClaw.Edge.TestKit.Models;

namespace OpenClaw.Edge.Load.Phases;

/// <summary>Streams: how many tokens a second come through, and how late each one is.</summary>
internal static class StreamPhases
{
    /// <summary>Tokens per second at 1, 8, 32, 128 streams, model as fast as it can.</summary>
    public static async Task ThroughputAsync(LoadOptions options, Report report)
    {
        using ModelProcess model = await ModelProcess.StartAsync();
        await using GatewayUnderTest gateway = new(options.Binary, model.BaseUri);
        await gateway.StartAsync();
        foreach (int streams in options.Streams.Count > 0 ? options.Streams : options.Quick ? [1, 8] : [1, 8, 32, 128])
        {
            int tokens = options.Quick ? 500 : 2000;
            string prompt = $"[tokens:{tokens}] [coalesce:8]";
            double direct = await RateAsync(streams, tokens, options, index => Direct(model.BaseUri, prompt));
            double passed = await RateAsync(streams, tokens, options, index => Http(gateway, "labopen/scripted:8b", prompt));
            double socket = await RateAsync(streams, tokens, options, index => Chat(gateway, $"agent:main:stream-{streams}-{index}", prompt, tokens));
            double agent = await RateAsync(streams, tokens, options, index => Http(gateway, "openclaw", prompt));
            bool gated = streams == 32;
            report.Add(new Figure($"direct, {streams} streams", direct, "tokens/s"));
            report.Add(new Figure($"pass-through, {streams} streams, share of direct", passed / direct, "", gated ? 0.5 : null, AtLeast: true, Note: $"{passed:F0} tokens/s"));
            report.Add(new Figure($"WebSocket chat, {streams} streams, share of direct", socket / direct, "", gated ? 0.3 : null, AtLeast: true, Note: $"{socket:F0} tokens/s"));
            report.Add(new Figure($"HTTP agent turn, {streams} streams, share of direct", agent / direct, "", Note: $"{agent:F0} tokens/s"));
        }
    }

    /// <summary>Age of each token on arrival at 50 tokens a second and stream, minus what the direct path takes.</summary>
    public static async Task PacedAsync(LoadOptions options, Report report)
    {
        using ModelProcess model = await ModelProcess.StartAsync();
        await using GatewayUnderTest gateway = new(options.Binary, model.BaseUri);
        await gateway.StartAsync();
        int tokens = options.Quick ? 50 : 250;
        string prompt = $"[tokens:{tokens}] [tps:50] [stamp]";
        foreach (int streams in options.Streams.Count > 0 ? options.Streams : options.Quick ? [1, 8] : [1, 8, 32])
        {
            Samples direct = await AgesAsync(streams, "\"content\":\"", (index, seen) => OnceAsync(model.BaseUri, "scripted:8b", null, prompt, seen));
            Samples passed = await AgesAsync(streams, "\"content\":\"", (index, seen) => OnceAsync(gateway.BaseUri, "labopen/scripted:8b", gateway.Token, prompt, seen));
            Samples agent = await AgesAsync(streams, "\"content\":\"", (index, seen) => OnceAsync(gateway.BaseUri, "openclaw", gateway.Token, prompt, seen));
            Samples socket = await AgesAsync(streams, "\"deltaText\":\"", async (index, seen) =>
            {
                using RawSocketClient client = new(gateway.BaseUri, gateway.Token);
                await client.ConnectAsync();
                await client.ChatAsync($"agent:main:paced-{streams}-{index}", prompt, seen);
            });
            report.Add(new Figure($"direct, token age, {streams} streams, p50", direct.Median, "µs", Note: $"{direct.Count} tokens at 50/s and stream"));
            foreach ((string name, Samples ages) in ((string, Samples)[])[("pass-through", passed), ("HTTP agent turn", agent), ("WebSocket", socket)])
            {
                report.Add(new Figure($"{name}, added per token, {streams} streams, p50", ages.Median - direct.Median, "µs", streams == 1 ? 100 : null, Note: $"{ages.Count} tokens"));
                report.Add(new Figure($"{name}, added per token, {streams} streams, p99", ages.P99 - direct.P99, "µs", streams == 1 ? 1000 : null));
            }
        }
    }

    private static async Task<Samples> AgesAsync(int streams, string marker, Func<int, StampReader, Task> run)
    {
        StampReader[] readers = [.. Enumerable.Range(0, streams).Select(_ => new StampReader(marker))];
        await Task.WhenAll(readers.Select((seen, index) => run(index, seen)));
        Samples all = new();
        foreach (StampReader reader in readers)
        {
            all.Add(reader.Ages);
        }

        return all;
    }

    private static async Task OnceAsync(Uri server, string model, string? token, string prompt, StampReader seen)
    {
        using RawHttp http = new(server);
        await http.ConnectAsync();
        await http.SendAsync(Body(model, token, prompt), seen);
        Require200(http);
    }

    private static byte[] Body(string model, string? token, string prompt) => RawHttp.Post(
        "/v1/chat/completions", $$"""{"model":"{{model}}","stream":true,"messages":[{"role":"user","content":"{{prompt}}"}]}""", token);

    private static Func<Task> Direct(Uri model, string prompt) => Repeat(model, Body("scripted:8b", null, prompt));

    private static Func<Task> Http(GatewayUnderTest gateway, string model, string prompt) => Repeat(gateway.BaseUri, Body(model, gateway.Token, prompt));

    private static Func<Task> Repeat(Uri server, byte[] request)
    {
        RawHttp? http = null;
        return async () =>
        {
            if (http is null)
            {
                http = new RawHttp(server);
                await http.ConnectAsync();
            }

            await http.SendAsync(request);
            Require200(http);
        };
    }

    private static Func<Task> Chat(GatewayUnderTest gateway, string session, string prompt, int tokens)
    {
        RawSocketClient? client = null;
        int turn = 0;
        string expected = TokenStream.Text(tokens);
        return async () =>
        {
            if (client is null)
            {
                client = new RawSocketClient(gateway.BaseUri, gateway.Token);
                await client.ConnectAsync();
            }

            await client.ChatAsync($"{session}-{turn++}", prompt);
            if (!client.Final.Contains(expected, StringComparison.Ordinal))
            {
                throw new IOException("The final message is not what the model said.");
            }
        };
    }

    // One turn to warm up, then turns until the time is over; tokens of whole turns count.
    private static async Task<double> RateAsync(int streams, int tokens, LoadOptions options, Func<int, Func<Task>> make)
    {
        Func<Task>[] turns = [.. Enumerable.Range(0, streams).Select(make)];
        await Task.WhenAll(turns.Select(turn => turn()));
        TimeSpan time = TimeSpan.FromSeconds(options.Quick ? 1 : 5);
        long began = Stopwatch.GetTimestamp();
        int[] done = await Task.WhenAll(turns.Select(turn => Task.Run(async () =>
        {
            int count = 0;
            while (count == 0 || Stopwatch.GetElapsedTime(began) < time)
            {
                await turn();
                count++;
            }

            return count;
        })));
        return done.Sum() * (double)tokens / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static void Require200(RawHttp http)
    {
        if (http.Status != 200)
        {
            throw new IOException($"Status {http.Status}.");
        }
    }
}
