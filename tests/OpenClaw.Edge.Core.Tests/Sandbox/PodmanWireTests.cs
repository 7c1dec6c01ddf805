using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Protocol.Docker;
using OpenClaw.Edge.Sandbox;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Sandbox;

/// <summary>Podman's Docker-compatible API on the socket in OPENCLAW_TEST_PODMAN. Where its runtime cannot start containers
/// the reason is printed and the rest of the wire still tested.</summary>
public sealed class PodmanWireTests
{
    private readonly string? _socket = Environment.GetEnvironmentVariable("OPENCLAW_TEST_PODMAN");

    [Fact]
    public async Task Podman_makes_tells_starts_and_removes_our_container()
    {
        Assert.SkipWhen(string.IsNullOrEmpty(_socket), "no Podman: set OPENCLAW_TEST_PODMAN to a socket of tests/sandbox/engine.sh podman");
        CancellationToken token = TestContext.Current.CancellationToken;
        string root = Directory.CreateDirectory($"/tmp/edge-pod-{Guid.NewGuid():N}").FullName;
        using DockerEngineClient engine = new(_socket!, TimeProvider.System);
        EngineFacts facts = await engine.NegotiateAsync(token);
        Assert.True(facts is { IsPodman: true, IsRootless: true }, facts.ToString());
        ImageSummary image = Assert.Single(await engine.ListImagesAsync(token)); // Podman 4.3 forgets the name of an import

        ProcessEnvironment environment = new([new("HOME", root)]);
        SandboxPlan plan = SandboxPlan.Make(
            new SandboxConfig { Mode = "all" }, new SandboxScope("main", "agent:main:main", root), facts, _socket!,
            StatePaths.Resolve(environment, stateDirFlag: root), environment);
        Assert.Equal("keep-id", plan.Request.HostConfig.UsernsMode);
        plan.Place.Prepare();
        string id = await engine.CreateContainerAsync(plan.Name, plan.Request with { Image = image.Id, Labels = SandboxLabels.Of(plan, root, TimeProvider.System) }, token);
        try
        {
            ContainerSummary row = Assert.Single(await engine.ListContainersAsync([$"{SandboxLabels.Owner}={root}"], token));
            Assert.Equal((plan.Name, plan.Hash), (row.Name, row.Labels![SandboxLabels.Hash]));
            Assert.False((await engine.InspectContainerAsync(plan.Name, token))!.State.Running);
            Exception? refused = await Record.ExceptionAsync(() => engine.StartContainerAsync(id, token));
            if (refused is null)
            {
                string exec = await engine.CreateExecAsync(id, new ExecCreateRequest { Cmd = ["/bin/echo", "inside"] }, token);
                List<byte> output = [];
                await engine.StartExecAsync(exec, false, null, (bytes, _) => output.AddRange(bytes), token);
                Assert.Equal("inside\n"u8.ToArray(), output);
            }
            else
            {
                Assert.IsType<EngineException>(refused);
                TestContext.Current.TestOutputHelper!.WriteLine($"podman: {facts.Version} cannot start containers on this machine: {refused.Message}");
            }
        }
        finally
        {
            await engine.RemoveContainerAsync(id, CancellationToken.None);
            Directory.Delete(root, recursive: true);
        }
    }
}
