namespace Broker.EndToEnd;

/// <summary>A colour that a guest paints its screen with.</summary>
public sealed record Paint(int Red, int Green, int Blue)
{
    /// <summary>What both the simulated and the tiny guest show after a start.</summary>
    public static Paint Magenta { get; } = new(170, 0, 170);

    /// <summary>What they show after a <c>g</c>.</summary>
    public static Paint InGreen { get; } = new(0, 170, 0);
}

/// <summary>The canvas with the guest's picture.</summary>
public sealed class GuestScreen(IPage page)
{
    // Looks at the pixels themselves, in a copy that is meant to be read, until most of them have the colour. Lossy
    // encodings move a colour a little.
    private const string Share =
        """
        async ({ red, green, blue, patience, click }) => {
          const copy = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
          const share = () => {
            const canvas = document.querySelector('[data-testid=screen] canvas');
            if (!canvas || canvas.width === 0 || canvas.height === 0) return 0;
            Object.assign(copy.canvas, { width: canvas.width, height: canvas.height });
            copy.drawImage(canvas, 0, 0);
            const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
            let found = 0;
            for (let i = 0; i < data.length; i += 4)
              if (Math.abs(data[i] - red) + Math.abs(data[i + 1] - green) + Math.abs(data[i + 2] - blue) <= 12) found += 1;
            return (found * 4) / data.length;
          };
          const start = performance.now();
          if (click) document.querySelector(click).click();
          let now = share();
          while (now <= 0.5 && performance.now() < start + patience) {
            await new Promise((next) => setTimeout(next, click ? 10 : 50));
            now = share();
          }
          return [now, performance.now() - start];
        }
        """;

    private readonly ILocator _frame = page.GetByTestId("screen");

    /// <summary>Waits until there is a picture.</summary>
    public Task IsConnected() => Expect(_frame).ToHaveAttributeAsync("data-connected", "true");

    /// <summary>Most of the picture has this colour, now or soon.</summary>
    /// <param name="paint">The colour.</param>
    /// <param name="patienceMs">How soon, in milliseconds.</param>
    public Task Shows(Paint paint, int patienceMs = Chromium.PatienceMs) => Shows(paint, patienceMs, click: null);

    /// <summary>The same after a click, measured within the page.</summary>
    /// <param name="selector">What is clicked.</param>
    /// <param name="paint">The colour.</param>
    /// <returns>The milliseconds from the click until the colour was there.</returns>
    public Task<double> ShowsAfterClick(string selector, Paint paint) => Shows(paint, Chromium.PatienceMs, selector);

    private async Task<double> Shows(Paint paint, int patience, string? click)
    {
        var seen = await page.EvaluateAsync<double[]>(Share, new { red = paint.Red, green = paint.Green, blue = paint.Blue, patience, click });
        Assert.True(seen[0] > 0.5, $"{seen[0]:P0} of the guest's screen is {paint}.");
        return seen[1];
    }

    /// <summary>How big the guest says its screen is, in pixels: <c>640x480</c>.</summary>
    public Task<string> Size() => _frame.Locator("canvas").EvaluateAsync<string>("canvas => `${canvas.width}x${canvas.height}`");

    /// <summary>Presses a key; the screen has the focus, as after it was connected.</summary>
    public async Task Press(string key)
    {
        await Expect(_frame.Locator("canvas")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync(key);
    }
}
