//! Where everything on a sheet is.

use super::content::{Content, Plan};
use super::heading;
use super::rows::{self, Placed};
use super::settings::Paper;
use super::tags::Tags;
use super::units::{A4, FOOTER, LEFT, NARROWEST, PAD, PX_PER_MV, PX_PER_S, RIGHT, WIDTH};
use crate::scene::Size;

/// The smallest scale that is tried for a given size.
const LEAST_SCALE: f64 = 0.02;

impl Content<'_> {
    /// Finds a place for everything.
    pub(super) fn plan(&self, paper: Paper) -> Plan {
        match paper {
            Paper::Roll => {
                let one_row = LEFT + PX_PER_S * self.rhythm.duration_s + RIGHT;
                let width = one_row.clamp(NARROWEST, WIDTH).ceil();
                let rows = self.place(width, None);
                let height = bottom(&rows).ceil();
                let size = Size { width: width as u32, height: height as u32 };
                Plan { scale: 1.0, size, pages: 1, page: (width, height), rows }
            }
            Paper::Sized(size) => self.fitted(size),
            Paper::A4 => {
                let page = (f64::from(A4.width), f64::from(A4.height));
                let rows = self.place(page.0, Some(page.1));
                let pages = rows.last().map_or(0, |row| row.page) + 1;
                let size = Size { width: A4.width, height: A4.height.saturating_mul(pages) };
                Plan { scale: 1.0, size, pages, page, rows }
            }
        }
    }

    /// The plan with the largest scale at which all rows fit.
    fn fitted(&self, size: Size) -> Plan {
        let at = |scale: f64| self.place(f64::from(size.width) / scale, None);
        let (mut small, mut large) = (LEAST_SCALE, f64::from(size.width) / NARROWEST);
        for _ in 0..16 {
            let middle = 0.5 * (small + large);
            if bottom(&at(middle)) * middle <= f64::from(size.height) {
                small = middle;
            } else {
                large = middle;
            }
        }
        let page = (f64::from(size.width) / small, f64::from(size.height) / small);
        Plan { scale: small, size, pages: 1, page, rows: at(small) }
    }

    /// The rows of a sheet of this width, on pages of this height.
    fn place(&self, width: f64, page: Option<f64>) -> Vec<Placed> {
        let room_s = (width - LEFT - RIGHT) / PX_PER_S;
        let top = heading::height(self, width);
        let spans = rows::spans(self.rhythm, room_s);
        let space = rows::Space { top, page, later: PAD, bottom: PAD + FOOTER };
        rows::place(spans, &space, |span| {
            let (least, most) = self.extents.of(span);
            let above = most * PX_PER_MV + Tags::place(self, span, width).height();
            (above, -least * PX_PER_MV)
        })
    }
}

/// The height of a sheet with these rows.
fn bottom(rows: &[Placed]) -> f64 {
    rows.last().map_or(0.0, Placed::bottom) + PAD
}
