"""Scans a film with the modules that were generated for the sample spectrometer and its stage."""
import asyncio
import sys

import numpy
from json_lines import tell
from rig_stage import Stage
from spectrometer import AsyncSpectrometer, ScanProgress, Spectrometer

url, stage_url, keys = sys.argv[1:]
told = {}
with Spectrometer(url, keys=keys) as spectrometer, Stage(stage_url, keys=keys) as stage:
    wavelengths = spectrometer.wavelengths
    told["wavelengths"] = [type(wavelengths).__name__, str(wavelengths.dtype), len(wavelengths), wavelengths[-1]]
    progress = []
    scan = spectrometer.scan(30, 60, 3, on_progress=progress.append).data
    told["progress"] = progress[-1] == ScanProgress(at=3, of=3)
    told["positions"] = list(scan["positions"])
    told["counts"] = [scan["counts"].shape, str(scan["counts"].dtype)]
    brightest = scan["wavelengths"][numpy.argmax(scan["counts"], axis=1)]
    told["shifted"] = bool(brightest[2] - brightest[0] > 1)
    with spectrometer.measured.subscribe() as spectra:
        events = [spectra.next(5) for _ in range(3)]
    told["measured"] = [(event.value.shape, event.missed) for event in events]

    with stage.position_changed.subscribe() as positions:
        run = spectrometer.start_scan(0, 100, 2)
        going = next(event.value for event in positions if event.value < 50)
        told["going"] = going > 0
        run.cancel()
    spectrometer.scan(stage.position, 0, 2)  # when the first has ended
    told["stands_at"] = stage.position


async def scan_again():
    async with AsyncSpectrometer(url, keys=keys) as spectrometer:
        run = spectrometer.scan(0, 1, 2)
        steps = [progress async for progress in run]
        counts = (await run).data["counts"]
        return [[steps[-1].at, steps[-1].of], counts.shape]


told["later"] = asyncio.run(scan_again())
tell(told)
