using System.Globalization;
using OpenClaw.Edge.Configuration;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Configuration;

public sealed class ConfigEditorTests : IDisposable
{
    private readonly string _dir = Directory.CreateTempSubdirectory("edge-editor-").FullName;

    public void Dispose() => Directory.Delete(_dir, recursive: true);

    [Fact]
    public async Task No_change_is_lost_to_another_of_the_same_moment()
    {
        ProcessEnvironment environment = new([new("OPENCLAW_STATE_DIR", _dir)], "/nowhere");
        StatePaths paths = StatePaths.Resolve(environment);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(() =>
        {
            var editor = new ConfigEditor(paths, environment);
            for (int round = 0; round < 5; round++)
            {
                Assert.True(editor.Set(string.Create(CultureInfo.InvariantCulture, $"env.vars.V{writer}_{round}"), "\"x\"").Accepted);
            }
        })));

        string text = await File.ReadAllTextAsync(paths.ConfigPath, TestContext.Current.CancellationToken);
        Assert.Equal(20, text.Split("V").Length - 1);
    }
}
