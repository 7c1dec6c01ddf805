using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary>A day in which nobody says anything, on a clock of the test's: what a gateway's files gain is what an SD card has to bear.
/// <c>bench/load --only writes</c> asks the kernel about a shorter time.</summary>
public sealed class Spares_the_card
{
    private const long MostBytesADay = 1 << 20;

    [Fact]
    public async Task An_idle_day_writes_less_than_a_mebibyte()
    {
        await using ScriptedModelServer model = ScriptedModelServer.Start();
        using GatewayHome home = new(model.BaseUri);
        ManualTimeProvider clock = new(new DateTimeOffset(2026, 11, 21, 0, 0, 0, TimeSpan.Zero));
        await using RunningGateway gateway = await RunningGateway.StartAsync(home, clock: clock);
        Dictionary<string, (long Size, DateTime Written)> before = Files(home.StateDir);

        for (int minute = 0; minute < 24 * 60; minute++)
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }

        (int live, _) = await gateway.JsonAsync(HttpMethod.Get, "/healthz");
        Dictionary<string, (long Size, DateTime Written)> after = Files(home.StateDir);
        (string Path, long Bytes)[] written = [.. after
            .Where(file => !before.TryGetValue(file.Key, out (long Size, DateTime Written) old) || old != file.Value)
            .Select(file => (file.Key, before.TryGetValue(file.Key, out (long Size, DateTime Written) old) && old.Size < file.Value.Size ? file.Value.Size - old.Size : file.Value.Size))];

        Assert.Equal(200, live);
        Assert.True(written.Sum(file => file.Bytes) < MostBytesADay, string.Join('\n', written));
    }

    // A sum of sizes is too little for a file that is written over and over: the database's log grows until it is moved, and the rest is replaced whole.
    private static Dictionary<string, (long Size, DateTime Written)> Files(string folder) => Directory
        .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Select(path => new FileInfo(path))
        .ToDictionary(file => file.FullName, file => (file.Length, file.LastWriteTimeUtc), StringComparer.Ordinal);
}
