using OpenClaw.Edge.Configuration;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Configuration;

public sealed class SmokeTests
{
    [Fact]
    public void A_commented_file_loads()
    {
        ConfigSnapshot loaded = Loaded.Text("""
            {
              // where to listen
              gateway: { port: 18790, bind: "0.0.0.0:18790", auth: { mode: 'token', token: "${TOKEN}" }, },
              models: { default: "vllm/Qwen", providers: { vllm: { baseUrl: "http://127.0.0.1:8000/v1", models: ["Qwen", { id: "B", contextWindow: 0x1000 }] } } },
            }
            """, ("TOKEN", "k3jf8Jq0LmZx72Tq9aVb"));

        Assert.Empty(loaded.Complaints());
        Assert.Equal(18790, loaded.Config.Gateway.Port);
        Assert.Equal("lan", loaded.Config.Gateway.Bind);
        Assert.Equal("vllm/Qwen", loaded.Config.Agents.Defaults.Model.Primary);
        Assert.Equal(["Qwen", "B"], loaded.Config.Models.Providers["vllm"].Models.Select(m => m.Id));
        Assert.Equal(4096, loaded.Config.Models.Providers["vllm"].Models[1].ContextWindow);
    }

    [Fact]
    public void A_bad_port_names_its_line()
    {
        ConfigSnapshot loaded = Loaded.Text("{\n  gateway: {\n    port: 70000,\n  },\n}");
        ConfigProblem problem = Assert.Single(loaded.Problems);
        Assert.Equal(("gateway.port", 3, ProblemSeverity.Fatal), (problem.Path, problem.Line, problem.Severity));
        Assert.False(loaded.Valid);
    }
}
