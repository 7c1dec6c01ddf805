using OpenClaw.Edge.Platform;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Platform;

public sealed class ThermometerTests : IDisposable
{
    private readonly TempDir _dir = new();
    private readonly ManualTimeProvider _time = new();
    private double _limit = 80;

    public void Dispose() => _dir.Dispose();

    [Fact]
    public void The_warmest_sensor_counts_and_nonsense_does_not()
    {
        Zone(0, "41500\n");
        Zone(1, "62000\n");
        Zone(2, "-274000\n");
        Zone(3, "999000\n");
        Zone(4, "hot\n");
        _dir.Write("thermal/cooling_device0/temp", "90000\n");

        Assert.Equal(62.0, Make().Celsius);
    }

    [Fact]
    public void Half_the_slots_from_eighty_on_until_it_is_seventy_two()
    {
        Zone(0, "79900\n");
        Thermometer heat = Make();
        Assert.Equal(4, heat.Slots(4));
        Becomes("80000\n");
        Assert.Equal((2, 1, 1), (heat.Slots(4), heat.Slots(3), heat.Slots(1)));
        Becomes("72000\n");
        Assert.Equal(2, heat.Slots(4));
        Becomes("71900\n");
        Assert.Equal(4, heat.Slots(4));
        Becomes("79000\n");
        Assert.Equal(4, heat.Slots(4));
    }

    [Fact]
    public void Is_read_every_ten_seconds_at_most()
    {
        Zone(0, "50000\n");
        Thermometer heat = Make();
        Assert.Equal(50.0, heat.Celsius);
        Zone(0, "85000\n");
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(heat.IsHot);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(heat.IsHot);
    }

    [Fact]
    public void Without_a_sensor_there_is_nothing_to_say_and_one_that_comes_is_found()
    {
        Thermometer heat = Make();
        Assert.Null(heat.Celsius);
        Assert.Equal(4, heat.Slots(4));
        Zone(0, "90000\n");
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.True(heat.IsHot);
    }

    [Fact]
    public void Never_hot_where_that_is_switched_off()
    {
        Zone(0, "99000\n");
        _limit = 0;
        Assert.False(Make().IsHot);
    }

    private Thermometer Make() => new(Path.Combine(_dir.Root, "thermal"), () => _limit, _time);

    private void Zone(int number, string text) => _dir.Write($"thermal/thermal_zone{number}/temp", text);

    private void Becomes(string text)
    {
        Zone(0, text);
        _time.Advance(TimeSpan.FromSeconds(10));
    }
}
